/** What stands around all pages, and what they are made with. */
export { Page } from "./page-layout";
export { Shell } from "./shell";
export { useTitle } from "./title";
