import { WaitingSheet } from "../../shared/states";

export default function SearchPage() {
  return <WaitingSheet />;
}
