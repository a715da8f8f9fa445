import { expect, test } from "vitest";

import type { Hours } from "@/wire/frames";

import { checkProfile, linesOf, profileOf, wrongWith } from "./rules";

const AS_TYPED = { name: "Lucía", role: "Recepcionista", greeting: "¡Hola!", starters: "¿Horario?\n\n ¿Precio? ", model: "" };
const HOURS: Hours = { time_zone: "Europe/Madrid", week: { mon: [["09:00", "14:00"], ["16:00", "20:00"]] }, closed: ["2027-01-06"] };

test("opening questions are one in each line, six at most and short", () => {
  expect(checkProfile(AS_TYPED)).toEqual({});
  expect(profileOf(AS_TYPED)).toMatchObject({ starters: ["¿Horario?", "¿Precio?"], model: null });
  expect(checkProfile({ ...AS_TYPED, starters: "a\nb\nc\nd\ne\nf\ng" }).starters?.key).toBe("employee.startersMany");
  expect(checkProfile({ ...AS_TYPED, starters: "é".repeat(121) }).starters?.key).toBe("employee.starterLong");
  expect(linesOf(" \n")).toEqual([]);
});

test("hours that fit are right, over midnight too", () => {
  expect(wrongWith(HOURS)).toBeUndefined();
  expect(wrongWith({ ...HOURS, week: { sat: [["22:00", "02:00"]] } })).toBeUndefined();
});

test.each<[Partial<Hours>, string]>([
  [{ time_zone: "Madrid" }, "time_zone"],
  [{ time_zone: "Europe/Atlantis" }, "time_zone"],
  [{ closed: ["6.1.2027"] }, "closed"],
  [{ week: { tue: [["09:00", ""]] } }, "tue"],
  [{ week: { wed: [["09:00", "12:00"], ["11:00", "13:00"]] } }, "wed"],
  [{ week: { thu: [["22:00", "02:00"], ["23:00", "23:30"]] } }, "thu"],
])("of %j it is told what does not fit", (part, problem) => {
  expect(wrongWith({ ...HOURS, ...part })).toBe(problem);
});
