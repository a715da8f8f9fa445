/** What an employee can be: what may be typed, and what of it is sent. */
import { type Complaints, oneLine, told, tooLong } from "@/components/form/rules";
import type { Employee } from "@/wire/frames";

/** In code points, as the gateway counts. */
const MAX = { name: 80, role: 160, notice: 200, instructions: 20_000 };
const MODEL = /^[A-Za-z0-9][\w.@+:/-]{0,199}$/;

export type EmployeeField = "name" | "role" | "instructions" | "model";
export type EmployeeValues = Record<EmployeeField, string>;

export function checkEmployee(values: EmployeeValues): Complaints<EmployeeField> {
  const model = values.model.trim();
  const wellFormed = model === "" || (MODEL.test(model) && !model.includes("//"));
  return told({
    name: oneLine(values.name, MAX.name),
    role: oneLine(values.role, MAX.role, { mayBeEmpty: true }),
    instructions: tooLong(values.instructions, MAX.instructions),
    model: wellFormed ? undefined : { key: "employees.modelWrong" },
  });
}

/** As the gateway takes it. */
export function employeeOf(values: EmployeeValues): Employee {
  return {
    name: values.name.trim(),
    role: values.role.trim(),
    instructions: values.instructions.trim(),
    model: values.model.trim() || null,
  };
}

export function checkNotice({ notice }: { notice: string }): Complaints<"notice"> {
  return told({ notice: oneLine(notice, MAX.notice, { mayBeEmpty: true }) });
}
