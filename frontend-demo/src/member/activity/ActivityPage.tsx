import { WaitingSheet } from "../../shared/states";

export default function ActivityPage() {
  return <WaitingSheet />;
}
