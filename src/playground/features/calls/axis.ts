/**
 * The axis of one execution: its time in milliseconds, as it is drawn. A wait that would leave no room for
 * anything else is a break: it takes a part of the axis, and its length stands there in words.
 */

/** Many more than an axis has. */
const MOST_STEPS = 1000;

/** A stretch of time, in milliseconds since the execution began. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface Axis {
  /** How many milliseconds the axis is long as it is drawn: without what its breaks leave out. */
  readonly length: number;
  readonly breaks: readonly Stretch[];
  /** Where a moment is drawn, from 0 to `length`. */
  readonly place: (ms: number) => number;
}

/** A wait is a break from this length on, in milliseconds, … */
const LEAST_BREAK_MS = 200;
/** … where it lasts so many times what all shorter ones do. */
const LONG = 4;
/** What a break takes of the axis, to all that is no break. */
const BREAK_PART = 1 / 3;

/**
 * @param times when something happened, in milliseconds since the execution began
 * @param end how long the execution took
 */
export function axisOf(times: readonly number[], end: number): Axis {
  const within = times.filter((time) => time > 0 && time < end);
  const stops = [...new Set([0, ...within, end])].toSorted((a, b) => a - b);
  const stretches = stops.slice(1).map((to, index): Stretch => ({ from: stops[index] ?? 0, to }));
  const byLength = stretches.toSorted((a, b) => lengthOf(a) - lengthOf(b));
  let plain = 0;
  const first = byLength.findIndex((stretch) => {
    const ms = lengthOf(stretch);
    if (plain > 0 && ms >= LEAST_BREAK_MS && ms > LONG * plain) return true;
    plain += ms;
    return false;
  });
  const breaks = new Set(first < 0 ? [] : byLength.slice(first));
  const drawn = (stretch: Stretch): number =>
    breaks.has(stretch) ? plain * BREAK_PART : lengthOf(stretch);
  const place = (ms: number): number => {
    let at = 0;
    for (const stretch of stretches) {
      if (ms >= stretch.to) at += drawn(stretch);
      else if (ms > stretch.from) {
        at += ((ms - stretch.from) / lengthOf(stretch)) * drawn(stretch);
      }
    }
    return at;
  };
  return {
    length: stretches.reduce((sum, stretch) => sum + drawn(stretch), 0),
    breaks: stretches.filter((stretch) => breaks.has(stretch)),
    place,
  };
}

function lengthOf({ from, to }: Stretch): number {
  return to - from;
}

/**
 * Round moments that lie on an axis, outside of its breaks.
 *
 * @param count about how many
 */
export function ticksOf({ length, breaks, place }: Axis, end: number, count: number): number[] {
  const step = niceStep(length / Math.max(1, count));
  const ticks = [0];
  let from = 0;
  for (const to of [...breaks.map((stretch) => stretch.from), end]) {
    const first = Math.ceil(from / step);
    // Of times that no clock gave, steps may be too small to be counted.
    const steps = Math.min(MOST_STEPS, Math.floor(to / step) - first);
    for (let n = 0; n <= steps; n++) {
      const at = (first + n) * step;
      // What stands close to a moment that is named is not named.
      if (place(at) - place(ticks.at(-1) ?? 0) >= step * 0.8) ticks.push(at);
    }
    from = breaks.find((stretch) => stretch.from === to)?.to ?? end;
  }
  return ticks;
}

/** The least of 1, 2 and 5 times a power of ten that is not less. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-3)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? least;
}
