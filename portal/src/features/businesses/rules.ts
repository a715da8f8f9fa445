/** What a business can be called. */
import { type Complaints, MAX_NAME, oneLine, told } from "@/components/form/rules";

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MAX_SLUG = 48;

export type BusinessField = "name" | "slug";

export function checkBusiness(values: Record<BusinessField, string>): Complaints<BusinessField> {
  const slug = values.slug.trim();
  return told({
    name: oneLine(values.name, MAX_NAME),
    slug:
      slug === "" || (SLUG.test(slug) && slug.length <= MAX_SLUG)
        ? undefined
        : { key: "businesses.slugWrong", values: { max: MAX_SLUG } },
  });
}
