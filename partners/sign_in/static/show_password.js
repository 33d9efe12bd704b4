/** Lets somebody see the password they type. */

for (const choice of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(choice.dataset.shows);
  choice.hidden = false;
  choice.querySelector("input").addEventListener("change", (event) => {
    field.type = event.target.checked ? "text" : "password";
  });
}
