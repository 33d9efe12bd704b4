import { WaitingSheet } from "../../shared/states";

export default function RewardsPage() {
  return <WaitingSheet />;
}
