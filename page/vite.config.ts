// Builds into api/static, from where the API serves the page and the wheel takes it.
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../api/static",
    emptyOutDir: true,
    target: "es2022",
    // Nothing inlined: the page is served under a Content-Security-Policy without exceptions.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // While working on the page: `refnet serve` beside `npx vite`.
  server: { proxy: { "/v1": "http://127.0.0.1:8000" } },
});
