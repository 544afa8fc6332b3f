/** What a reload of this tab keeps. A browser that blocks site data forgets it. */
export function remember(name: string, value: string): void {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // Blocked or full: it lasts until the reload, which loses nothing that was committed.
  }
}

export function recall(name: string): string | undefined {
  try {
    return sessionStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}
