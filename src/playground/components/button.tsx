import type { ComponentProps, ReactElement, ReactNode } from "react";

const TONES = {
  plain: "border-strong bg-panel hover:bg-raised",
  primary: "border-accent bg-accent text-accent-ink hover:brightness-110",
  danger: "border-bad bg-panel text-bad hover:bg-bad-soft",
  quiet: "border-transparent hover:bg-raised",
} as const;

export interface ButtonProps extends ComponentProps<"button"> {
  readonly tone?: keyof typeof TONES;
  readonly icon?: ReactNode;
  /** The button is on, in a group or as a switch. */
  readonly pressed?: boolean;
}

export function Button({
  tone = "plain",
  icon,
  pressed,
  className = "",
  children,
  ...rest
}: ButtonProps): ReactElement {
  const on = pressed ? "border-accent! bg-accent-soft text-accent" : "";
  return (
    <button
      type="button"
      aria-pressed={pressed}
      className={`inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded border px-2 text-sm font-medium whitespace-nowrap disabled:cursor-not-allowed disabled:border-line disabled:bg-transparent disabled:text-muted ${TONES[tone]} ${on} ${className}`}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}
