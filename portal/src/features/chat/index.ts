/** What other features may use of the talks with employees. */
export { EmployeeList } from "./employee-list";
