/** Bring the text of an input up to now, unless the user is in the middle of typing another one. */
export function fill(input: HTMLInputElement | HTMLSelectElement, text: string): void {
  const typing = document.activeElement === input && input.value !== (given.get(input) ?? '');
  if (!typing) {
    given.set(input, text);
    if (input.value !== text) {
      input.value = text;
      input.removeAttribute('aria-invalid');
    }
  }
}

/** What stands in the input was sent: it may be brought up to now again. */
export function sent(input: HTMLInputElement | HTMLSelectElement): void {
  given.set(input, input.value);
}

const given = new WeakMap<Element, string>();
