import { WaitingSheet } from "../../shared/states";

export default function WorkPage() {
  return <WaitingSheet />;
}
