/** One of the things that are pasted to connect an account. */
import { TextField } from "@/components/form/text-field";
import type { Form } from "@/components/form/use-form";
import { useI18n } from "@/i18n/context";

import type { Asked, Field } from "./kinds";

export function GivenField({ asked: { name, secret, required }, form }: { asked: Asked; form: Form<Field> }) {
  const { t } = useI18n();
  return (
    <TextField
      {...form.field(name)}
      label={t(`channels.field.${name}`)}
      help={t(`channels.help.${name}`)}
      type={secret ? "password" : "text"}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      required={required}
    />
  );
}
