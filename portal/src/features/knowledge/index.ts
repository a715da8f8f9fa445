/** What other features may use of what is known. */
export { AddSources } from "./add-sources";
