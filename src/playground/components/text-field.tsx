import type { ComponentProps, ReactElement } from "react";

/** A line of text, with its label above. */
export function TextField({
  label,
  onChange,
  isCode = false,
  className = "",
  ...input
}: Omit<ComponentProps<"input">, "onChange" | "className"> & {
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** What is typed is a name or a value of the code's. */
  readonly isCode?: boolean;
  /** Of the field with its label: how wide it is. */
  readonly className?: string;
}): ReactElement {
  return (
    <label className={`flex min-w-0 flex-col gap-0.5 ${className}`}>
      <span className="label">{label}</span>
      <input
        {...input}
        className={`field ${isCode ? "font-mono" : ""}`}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
