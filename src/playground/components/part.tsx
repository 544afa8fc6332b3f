/**
 * A part of the page whose code is loaded when it is first shown. What fails in it, or in loading it,
 * costs this part alone, and can be tried again.
 */
import {
  lazy,
  Suspense,
  useState,
  type ComponentType,
  type ReactElement,
  type ReactNode,
} from "react";
import { Boundary, NotLoadedError } from "./panel.tsx";

/**
 * @param load the module whose default export is the part
 * @param waiting what holds its place meanwhile
 */
export function part<Props extends object>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
  waiting: ReactNode = null,
): (props: Props) => ReactElement {
  let hasFailed = false;
  // `lazy` keeps a rejection for ever: another try wants another one.
  const attempt = () =>
    lazy(async () => {
      try {
        return await load();
      } catch (error) {
        hasFailed = true;
        throw new NotLoadedError(error);
      }
    });
  let Loaded = attempt();
  return function Part(props) {
    // What is shown again is made anew, with the code of the next try.
    const [, showAnew] = useState(0);
    const Now = Loaded as ComponentType<Props>;
    return (
      <Boundary
        {...("onClose" in props && typeof props.onClose === "function"
          ? { onClose: props.onClose as () => void }
          : {})}
        onRetry={() => {
          if (hasFailed) Loaded = attempt();
          hasFailed = false;
          showAnew((count) => count + 1);
        }}
      >
        <Suspense fallback={waiting}>
          <Now {...props} />
        </Suspense>
      </Boundary>
    );
  };
}

/** Holds the place of a panel whose code is on its way. */
export const panelPlace = <div className="h-full rounded-md border border-line bg-panel" />;
