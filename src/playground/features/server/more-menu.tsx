/** What is needed now and then: settings, wiping, the examples' run, the theme. Loaded after the bar. */
import { Menu } from "@base-ui/react/menu";
import { Check, Ellipsis } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../../hooks/use-playground.ts";
import type { ServerBarProps } from "./server-bar.tsx";

export default function MoreMenu({
  theme,
  onTheme,
  onPalette,
  onSettings,
  onServices,
  onWipe,
  onNew,
  onExplore,
  onGuide,
}: ServerBarProps): ReactElement {
  const playground = usePlayground();
  const { settings, phase } = usePlaygroundState();
  const [, setPlace] = usePlace();
  const isOpen = phase === "ready";
  const set = [
    settings.delays === "skip" ? "delays skipped" : "",
    settings.effectValidation ? "effects validated" : "",
    settings.resume === "hold" ? "interrupted calls held" : "",
    Object.keys(settings.simulations).length > 0 ? "services changed" : "",
  ].filter(Boolean);
  return (
    <>
      {set.length > 0 ? (
        <span className="rounded bg-warn-soft px-1.5 text-xs whitespace-nowrap text-warn max-lg:hidden">
          {set.join(", ")}
        </span>
      ) : null}
      <Menu.Root>
        <Menu.Trigger
          aria-label="More"
          className="inline-flex size-7 shrink-0 items-center justify-center rounded border border-transparent hover:bg-raised data-[popup-open]:bg-raised"
        >
          <Ellipsis size={15} aria-hidden />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={4} className="z-20">
            <Menu.Popup className="min-w-56 rounded-md border border-line bg-panel p-1 shadow-lg">
              <Item onClick={onNew}>New server…</Item>
              <Item onClick={onExplore}>Explore every failure</Item>
              <Item onClick={() => void setPlace({ harness: "menu" })}>Run examples…</Item>
              {onGuide ? <Item onClick={onGuide}>First minute</Item> : null}
              <Menu.Separator className="my-1 border-t border-line" />
              <Toggle
                on={settings.guards === "off"}
                disabled={!isOpen}
                onChange={(off) =>
                  void playground.settings.configure({ guards: off ? "off" : "on" })
                }
              >
                Guards off
              </Toggle>
              <Toggle
                on={settings.resume === "hold"}
                disabled={!isOpen}
                onChange={(hold) =>
                  void playground.settings.configure({ resume: hold ? "hold" : "automatic" })
                }
              >
                Hold interrupted calls
              </Toggle>
              <Item disabled={!isOpen} onClick={onServices}>
                Services…
              </Item>
              <Item disabled={!isOpen} onClick={onSettings}>
                Settings…
              </Item>
              <Item disabled={!isOpen} onClick={onWipe}>
                Wipe…
              </Item>
              <Menu.Separator className="my-1 border-t border-line" />
              <Item onClick={onTheme} keepsOpen>
                Theme: {theme}
              </Item>
              <Item onClick={onPalette}>
                Commands <kbd className="ml-auto font-mono text-xs text-muted">Ctrl K</kbd>
              </Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  );
}

const ROW =
  "flex cursor-pointer items-center gap-2 rounded py-1 pr-2 pl-7 text-sm outline-none data-[disabled]:cursor-not-allowed data-[disabled]:text-muted data-[highlighted]:bg-accent-soft";

function Item({
  onClick,
  disabled = false,
  keepsOpen = false,
  children,
}: {
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly keepsOpen?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <Menu.Item className={ROW} disabled={disabled} closeOnClick={!keepsOpen} onClick={onClick}>
      {children}
    </Menu.Item>
  );
}

function Toggle({
  on,
  disabled,
  onChange,
  children,
}: {
  readonly on: boolean;
  readonly disabled: boolean;
  readonly onChange: (on: boolean) => void;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <Menu.CheckboxItem
      className={`relative ${ROW}`}
      checked={on}
      disabled={disabled}
      closeOnClick
      onCheckedChange={onChange}
    >
      <Menu.CheckboxItemIndicator className="absolute left-2">
        <Check size={13} aria-hidden />
      </Menu.CheckboxItemIndicator>
      {children}
    </Menu.CheckboxItem>
  );
}
