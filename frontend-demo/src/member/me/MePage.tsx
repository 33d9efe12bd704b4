import { WaitingSheet } from "../../shared/states";

export default function MePage() {
  return <WaitingSheet />;
}
