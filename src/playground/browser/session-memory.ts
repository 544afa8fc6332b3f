/** What a reload of this tab keeps. A browser that blocks site data forgets it. @returns whether it is kept */
export function remember(name: string, value: string): boolean {
  try {
    sessionStorage.setItem(name, value);
    return true;
  } catch {
    // Blocked or full: it lasts until the reload, which loses nothing that was committed.
    return false;
  }
}

export function recall(name: string): string | undefined {
  try {
    return sessionStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}
