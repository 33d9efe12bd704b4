/** Takes the code of a one-time link out of the address, where it is after the # and so reaches no log. */

function take() {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname + location.search);
  const section = document.getElementById("by-link");
  const form = section.querySelector("form");
  form.elements.code.value = code;
  section.hidden = false;
  document.getElementById("by-mail").hidden = true;
  form.querySelector("button").focus();
}

take();
addEventListener("hashchange", take); // a link that is opened where this page is open already loads nothing
