/** What other features may use of employees. */
export { isNotHere, NotHere } from "./not-here";
