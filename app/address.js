// The address bar under Back and Forward. It tells where a page stands; a step back is another page.
//
// Streamlit adds an entry to the browser's history whenever the server tells the address: with
// every place chosen on a map, Back would be one press farther from leaving the page. And an answer
// that was under way when the learner went back or forward writes the page that was left, with the
// query of the page that is coming: so lesson 2's address came to stand over lesson 5.
(() => {
  const told = history.pushState;
  let travelling = false; // since Back or Forward, until the learner clicks: the address leads

  addEventListener("popstate", () => (travelling = true), { capture: true });
  addEventListener("click", () => (travelling = false), { capture: true });

  history.pushState = (state, title, url) => {
    const samePage = new URL(url ?? "", location.href).pathname === location.pathname;
    if (samePage) history.replaceState(state, title, url);
    else if (!travelling) told.call(history, state, title, url);
  };
})();
