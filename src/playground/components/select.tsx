/** A choice of one out of few: the browser's own select, in the page's style (styles.css). */
import type { ReactElement } from "react";

/** A value, which is its own text, or a value and its text. */
export type Option<T extends string> = T | readonly [value: T, text: string];

export function Select<T extends string>({
  label,
  above = false,
  value,
  options,
  onChange,
  className = "w-auto",
  disabled,
}: {
  readonly label: string;
  /** Shows the label above the choice. */
  readonly above?: boolean;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly className?: string;
  readonly disabled?: boolean;
}): ReactElement {
  const valueOf = (option: Option<T>): T => (typeof option === "string" ? option : option[0]);
  return (
    <label className={`flex min-w-0 flex-col gap-0.5 ${className}`}>
      <span className={above ? "label" : "sr-only"}>{label}</span>
      <select
        className="field"
        value={value}
        disabled={disabled}
        onChange={({ target }) => {
          const chosen = options[target.selectedIndex];
          if (chosen !== undefined) onChange(valueOf(chosen));
        }}
      >
        {options.map((option) => (
          <option key={valueOf(option)} value={valueOf(option)}>
            {typeof option === "string" ? option : option[1]}
          </option>
        ))}
      </select>
    </label>
  );
}
