/** Topic by topic: by mail or not; what is news of partners, also in the inbox or not. */

import { useTranslation } from "react-i18next";

import type { Ways } from "./documents";
import { switchable } from "./wishes";

interface Props {
  ways: readonly Ways[];
  onChange: (ways: Ways[]) => void;
}

export function Topics({ ways, onChange }: Props) {
  const groups = [ways.filter((one) => !one.marketing), ways.filter((one) => one.marketing)] as const;
  const change = (topic: Ways["topic"], way: "inbox" | "mail") =>
    onChange(ways.map((one) => (one.topic === topic ? { ...one, [way]: !one[way] } : one)));
  return groups.map((group, place) => <Group key={place} group={group} marketing={place === 1} change={change} />);
}

interface GroupProps {
  group: readonly Ways[];
  marketing: boolean;
  change: (topic: Ways["topic"], way: "inbox" | "mail") => void;
}

function Group({ group, marketing, change }: GroupProps) {
  const { t } = useTranslation("me");
  const kind = marketing ? "marketing" : "service";
  return (
    <table className="me-topics">
      <caption>
        <span className="me-topics-kind">{t(`messages.preferences.${kind}`)}</span> {t(`messages.preferences.${kind}About`)}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("messages.preferences.topic")}</th>
          <th scope="col">{t("messages.preferences.inbox")}</th>
          <th scope="col">{t("messages.preferences.mail")}</th>
        </tr>
      </thead>
      <tbody>
        {group.map((ways) => (
          <tr key={ways.topic}>
            <th scope="row">{t(`topics.${ways.topic}`)}</th>
            <td>
              <Switch ways={ways} way="inbox" fixed={!switchable(ways)} change={change} />
            </td>
            <td>
              <Switch ways={ways} way="mail" fixed={false} change={change} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface SwitchProps {
  ways: Ways;
  way: "inbox" | "mail";
  fixed: boolean;
  change: GroupProps["change"];
}

function Switch({ ways, way, fixed, change }: SwitchProps) {
  const { t } = useTranslation("me");
  return (
    <label className="me-tick">
      <input type="checkbox" checked={ways[way]} disabled={fixed} onChange={() => change(ways.topic, way)} />
      <span className="unseen">
        {t(`topics.${ways.topic}`)}: {t(`messages.preferences.${way}`)}
      </span>
    </label>
  );
}
