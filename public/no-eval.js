// Zod compiles its parsers unless it is told not to, which a strict Content-Security-Policy forbids.
// It looks when the first schema is made: this runs before any module.
globalThis.__zod_globalConfig = { jitless: true };
