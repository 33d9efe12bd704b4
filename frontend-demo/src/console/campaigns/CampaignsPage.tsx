import { WaitingSheet } from "../../shared/states";

export default function CampaignsPage() {
  return <WaitingSheet />;
}
