/** What a person sets for an example: kept in its store, and applied at once. */
import { uuidv7 } from "../../durable/index.ts";
import type { InspectableStore } from "../../store/index.ts";
import type { SettingStore } from "../../store/indexeddb/index.ts";
import {
  SETTINGS_KEY,
  settingsSchema,
  type PlannedFault,
  type Settings,
} from "../../host/index.ts";
import type { StateCell } from "./state-cell.ts";

/** The name of a plan that is no preset's. */
const OWN_PLAN = "a plan of your own";

/** A store with what a person set, wherever it is. */
export type PageStore = InspectableStore & SettingStore;

export function readSettings(store: SettingStore): Promise<unknown> {
  return store.readSetting(SETTINGS_KEY);
}

export class SettingsDesk {
  /** @param apply makes them hold */
  constructor(
    private readonly cell: StateCell,
    private readonly store: () => SettingStore | undefined,
    private readonly apply: (settings: Settings) => void,
  ) {}

  async configure(change: Partial<Settings>): Promise<void> {
    await this.cell.attempt(async () => {
      const settings = settingsSchema.parse({ ...this.cell.state.settings, ...change });
      // At once: a change that follows builds on it.
      this.apply(settings);
      await this.store()?.writeSetting(SETTINGS_KEY, settings);
    });
  }

  /** Arms a plan whose hits are counted from zero; without faults, disarms. */
  async arm(name: string, faults: readonly PlannedFault[]): Promise<void> {
    const armed = faults.map((fault) => ({ id: uuidv7(), fault }));
    await this.configure({ plan: armed.length === 0 ? undefined : { name, faults: armed } });
  }

  /** Adds one fault to the plan; the others keep their count. */
  async addFault(fault: PlannedFault): Promise<void> {
    const faults = [...(this.cell.state.settings.plan?.faults ?? []), { id: uuidv7(), fault }];
    await this.configure({ plan: { name: OWN_PLAN, faults } });
  }

  async removeFault(id: string): Promise<void> {
    const faults = this.cell.state.settings.plan?.faults.filter((fault) => fault.id !== id) ?? [];
    await this.configure({ plan: faults.length === 0 ? undefined : { name: OWN_PLAN, faults } });
  }

  /** Reads what another tab has set. */
  async read(): Promise<void> {
    const store = this.store();
    if (store) this.adopt(await readSettings(store));
  }

  /** Takes what was kept, where it can be read. */
  adopt(stored: unknown): void {
    const kept = settingsSchema.safeParse(stored ?? {});
    if (kept.success) this.apply(kept.data);
    else
      this.cell.log(
        "warning",
        `The kept settings cannot be read and are left out: ${kept.error.message}`,
      );
  }
}
