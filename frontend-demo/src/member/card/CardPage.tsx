import { WaitingSheet } from "../../shared/states";

export default function CardPage() {
  return <WaitingSheet />;
}
