/** A message: its line in the list, opened to the rest; whoever opens it has read it. */

import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";

import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { MarkRead, type Message } from "./documents";

export function Letter({ message }: { message: Message }) {
  const { t } = useTranslation("me");
  const { dateTime } = useFormats();
  const [open, setOpen] = useState(false);
  const [read, setRead] = useState(message.readAt !== null);
  const [, markRead] = useMutation(MarkRead);
  const region = useId();
  const look = () => {
    setOpen(!open);
    if (read) return;
    setRead(true);
    void markRead({ message: message.id }).then(({ data }) => {
      // It stays unread where the server does not know; the next look tells it again.
      if (!data?.messageMarkRead.message) setRead(false);
    });
  };
  return (
    <li className={read ? "me-letter" : "me-letter unread"} lang={message.language}>
      <button type="button" className="me-letter-head" aria-expanded={open} aria-controls={region} onClick={look}>
        <span className="me-letter-subject">
          {!read && <span className="unseen">{t("messages.new")} </span>}
          {message.subject}
        </span>
        <span className="me-letter-about">
          <time dateTime={message.occurredAt}>{dateTime(message.occurredAt)}</time>
          {message.partner && <PartnerName partner={message.partner} />}
        </span>
      </button>
      <div id={region} className="me-letter-text" hidden={!open}>
        {open && <Text message={message} />}
      </div>
    </li>
  );
}

function Text({ message }: { message: Message }) {
  return (
    <>
      <p>{message.lead}</p>
      {message.facts.length > 0 && (
        <dl className="me-facts">
          {message.facts.map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {message.closing && <p>{message.closing}</p>}
    </>
  );
}
