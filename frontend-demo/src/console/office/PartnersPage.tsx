import { WaitingSheet } from "../../shared/states";

export default function PartnersPage() {
  return <WaitingSheet />;
}
