// The page: a head with the search, and the view that the address names.

import { Component, type ComponentChildren, render } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { NoSuchView, Notice } from "./parts/Notice";
import { Search } from "./parts/Search";
import { type Route, read, to } from "./route";
import "./style.css";
import { AdvocatesView } from "./views/Advocates";
import { CustomerView } from "./views/Customer";
import { HomeView } from "./views/Home";
import { SegmentsView } from "./views/Segments";

function App() {
  const [hash, setHash] = useState(location.hash);
  const [round, setRound] = useState(0);
  const main = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    let before = location.hash;
    const moved = () => {
      setHash(location.hash);
      const same = placeOf(before) === placeOf(location.hash);
      before = location.hash;
      if (same) return;
      window.scrollTo(0, 0);
      // Readers by ear and by keyboard start where the new view starts.
      main.current?.focus({ preventScroll: true });
    };
    const keyed = () => setRound((n) => n + 1);
    window.addEventListener("hashchange", moved);
    window.addEventListener("refnet-key", keyed);
    return () => {
      window.removeEventListener("hashchange", moved);
      window.removeEventListener("refnet-key", keyed);
    };
  }, []);
  const route = read(hash);
  const link = (view: Route["view"], href: string, text: string) => (
    <a href={href} aria-current={route.view === view ? "page" : undefined}>
      {text}
    </a>
  );
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // The address belongs to the views.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header>
        <a class="mark" href={to.home()} aria-label="refnet, to the programme">
          <img src="./icon.svg" alt="" width="28" height="28" /> refnet
        </a>
        <Search />
        <nav aria-label="Views">
          {link("home", to.home(), "Programme")}
          {link("advocates", to.advocates(), "Hidden advocates")}
          {link("segments", to.segments(), "Segments")}
        </nav>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Guard key={`${placeOf(hash)} ${round}`}>
          <View route={route} />
        </Guard>
      </main>
    </>
  );
}

/** Without what only changes a figure of the same view. */
const placeOf = (hash: string) => hash.split("?")[0];

function View({ route }: { route: Route }) {
  switch (route.view) {
    case "customer":
      return <CustomerView id={route.id} />;
    case "advocates":
      return <AdvocatesView />;
    case "segments":
      return <SegmentsView id={route.id} />;
    case "home":
      return <HomeView launch={route.launch} />;
    case "unknown":
      return <NoSuchView path={route.path} />;
  }
}

/** An answer of a shape that a view cannot show must not leave an empty page. */
class Guard extends Component<{ children: ComponentChildren }, { broken: string | null }> {
  override state = { broken: null as string | null };

  override componentDidCatch(error: unknown) {
    console.error(error);
    this.setState({ broken: String(error) });
  }

  override render() {
    if (this.state.broken === null) return this.props.children;
    return (
      <Notice title="This view cannot be shown" urgent>
        <p>The page and the API may be of different versions: load this page anew. ({this.state.broken})</p>
        <button type="button" onClick={() => location.reload()}>
          Load anew
        </button>
      </Notice>
    );
  }
}

const place = document.getElementById("app");
if (place) render(<App />, place);
