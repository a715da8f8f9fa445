/** What pages are made with that stand beside the sidebar. */
export { Page } from "./page-layout";
export { SidebarDrawer } from "./sidebar-drawer";
