import { WaitingSheet } from "../../shared/states";

export default function AuditPage() {
  return <WaitingSheet />;
}
