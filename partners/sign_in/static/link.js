/** Takes the code of a one-time link out of the address, where it is after the # and so reaches no log. */

const code = location.hash.slice(1);
if (code) {
  history.replaceState(null, "", location.pathname + location.search);
  const section = document.getElementById("by-link");
  const form = section.querySelector("form");
  form.elements.code.value = code;
  section.hidden = false;
  document.getElementById("by-mail").hidden = true;
  form.querySelector("button").focus();
}
