// Runs before the first paint; theme.ts writes what is read here.
try {
  var theme = localStorage.getItem("hansa.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (refused) {
  // Without storage the system's theme is used.
}
