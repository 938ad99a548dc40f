// Language and theme from the address, else from the last visit, before anything is painted.
(function (root, query) {
  function kept(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage can be switched off; the page works without
    }
  }
  const lang = query.get("lang") || kept("tallywire.lang");
  const theme = query.get("theme") || kept("tallywire.theme");
  root.lang = lang === "en" ? "en" : "th";
  root.dataset.script = "on";
  // A script of the page that does not come is said in words, with another try.
  addEventListener("error", (event) => event.target instanceof HTMLScriptElement && (root.dataset.script = "broken"), true);
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
})(document.documentElement, new URLSearchParams(location.search));
