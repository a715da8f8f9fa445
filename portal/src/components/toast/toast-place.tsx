/** Where toasts will be, once there is one. */
import { lazy, Suspense, useEffect, useState } from "react";

import { somethingTold, watchTold } from "./toasts";

const ToastRegion = lazy(() => import("./toast-region"));

export function ToastPlace() {
  const [needed, setNeeded] = useState(somethingTold);
  useEffect(() => watchTold(() => { setNeeded(true); }), []);
  return needed && <Suspense fallback={null}><ToastRegion /></Suspense>;
}
