/** Signs out, and says so when it could not. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { signOut, useSession } from "./session";

export function SignOut() {
  const session = useSession();
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const leave = () => {
    setFailed(false);
    signOut(session).then(() => window.location.reload(), () => setFailed(true));
  };
  return (
    <button type="button" className="tool" onClick={leave}>
      {t(failed ? "signOut.failed" : "signOut.label")}
    </button>
  );
}
