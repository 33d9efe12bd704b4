/** The rooms' marks, drawn with one pen. */

import type { ReactNode } from "react";

import type { Room } from "./rooms";

const DRAWN: Record<Room["name"], ReactNode> = {
  wallet: (
    <>
      <path d="M4 7.500h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z" />
      <path d="M4 7.500a2.500 2.500 0 0 1 2.500-2.500H16v2.500M20 12h-4a1.500 1.500 0 0 0 0 3h4" />
    </>
  ),
  rewards: (
    <>
      <path d="M4.500 11.500h15v8h-15zM3.500 8h17v3.500h-17zM12 8v11.500" />
      <path d="M12 8c-1.200-3.200-2.600-4.400-4-4a2 2 0 0 0 0 4zM12 8c1.200-3.200 2.600-4.400 4-4a2 2 0 0 1 0 4z" />
    </>
  ),
  card: (
    <>
      <path d="M3.500 8V5.500a1.500 1.500 0 0 1 1.500-1.500h2.500M16.500 4H19a1.500 1.500 0 0 1 1.500 1.500V8M20.500 16v2.500a1.500 1.500 0 0 1-1.500 1.500h-2.500M7.500 20H5a1.500 1.500 0 0 1-1.500-1.500V16" />
      <path d="M7 8.500v7M10 8.500v7M12.500 8.500v7M15 8.500v7M17 8.500v7" />
    </>
  ),
  activity: <path d="M8.500 6h11.500M8.500 12h11.500M8.500 18h11.500M4.200 6h.1M4.200 12h.1M4.200 18h.1" />,
  me: (
    <>
      <circle cx="12" cy="8.500" r="3.700" />
      <path d="M4.800 19.500c1-3.600 3.700-5.400 7.200-5.400s6.200 1.800 7.200 5.400" />
    </>
  ),
};

export const RoomIcon = ({ name }: { name: Room["name"] }) => (
  <svg className="room-icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
    {DRAWN[name]}
  </svg>
);
