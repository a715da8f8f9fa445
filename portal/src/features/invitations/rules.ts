/** Whom one can invite, and what an account of theirs needs. */
import { countCodePoints } from "@/chat/code-points";
import { type Complaints, MAX_NAME, oneLine, told } from "@/components/form/rules";

const PASSWORD = { min: 10, max: 256 };
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export function checkInvitation({ email }: { email: string }): Complaints<"email"> {
  return told({ email: EMAIL.test(email.trim()) ? undefined : { key: "error.bad_email" } });
}

export type NewcomerField = "name" | "password";

/** Somebody new chooses both; somebody known gives the password they have. */
export function checkNewcomer(values: Record<NewcomerField, string>): Complaints<NewcomerField> {
  const length = countCodePoints(values.password);
  return told({
    name: oneLine(values.name, MAX_NAME),
    password:
      length >= PASSWORD.min && length <= PASSWORD.max
        ? undefined
        : { key: "invitations.passwordWrong", values: PASSWORD },
  });
}

/** What the gateway alone can say of a password. */
export const PASSWORD_BLAME = {
  wrong_credentials: "password",
  password_repeats: "password",
  password_is_name: "password",
} as const;
