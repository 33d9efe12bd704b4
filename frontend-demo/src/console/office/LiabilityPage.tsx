import { WaitingSheet } from "../../shared/states";

export default function LiabilityPage() {
  return <WaitingSheet />;
}
