/** Times work against its floor, in turns, so that what slows the machine down slows both. */

/** What takes less than a tenth of a second is done so often, for the machine is not quiet. */
export const ROUNDS = 41;
/** Single calls and ranges are too quick for the clock: so many make a round. */
export const MANY = 50;

export interface Row {
  readonly work: string;
  readonly floor: string;
  /** Milliseconds, the median of the rounds. */
  readonly floorMs: number;
  readonly oursMs: number;
  /** The median of the rounds' own: what slows the machine down slows both sides of a round. */
  readonly ratio: number;
  /** A quarter of the rounds had a lower ratio, a quarter a higher one. */
  readonly spread: readonly [number, number];
  /** What the ratio must not pass. */
  readonly bar: number;
}

export interface Contest {
  readonly work: string;
  readonly floor: string;
  readonly bar: number;
  readonly rounds?: number;
  /** What a round does, and how often: its time is divided by it. */
  readonly times?: number;
  readonly runFloor: (round: number) => Promise<number>;
  readonly runOurs: (round: number) => Promise<number>;
}

/** The milliseconds that `work` takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** As a contest has it: `work` so many times side by side, `each` time after time. */
export function together(
  atOnce: number,
  each: number,
  work: () => Promise<unknown>,
): () => Promise<number> {
  const side = async (): Promise<void> => {
    for (let n = 0; n < each; n++) await work();
  };
  return () => time(() => Promise.all(Array.from({ length: atOnce }, side)));
}

export async function contest({
  work,
  floor,
  bar,
  rounds = 9,
  times = 1,
  runFloor,
  runOurs,
}: Contest): Promise<Row> {
  const floors: number[] = [];
  const ours: number[] = [];
  // The first round warms up and is not counted; who begins changes from round to round.
  for (let round = 0; round <= rounds; round++) {
    const oursFirst = round % 2 === 1;
    if (oursFirst) ours[round] = (await runOurs(round)) / times;
    floors[round] = (await runFloor(round)) / times;
    if (!oursFirst) ours[round] = (await runOurs(round)) / times;
  }
  floors.shift();
  ours.shift();
  const ratios = ours.map((ms, index) => ms / (floors[index] ?? NaN));
  return {
    work,
    floor,
    bar,
    floorMs: quantile(floors, 0.5),
    oursMs: quantile(ours, 0.5),
    ratio: quantile(ratios, 0.5),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low + (high - low) * (at - Math.floor(at));
}
