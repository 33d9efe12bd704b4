import { WaitingSheet } from "../../shared/states";

export default function CyclesPage() {
  return <WaitingSheet />;
}
