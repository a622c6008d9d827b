/** Where a picture is drawn in a stage: `scale` screen pixels a picture pixel, its left top corner at `x`, `y`. */
export interface IPlace {
  scale: number;
  x: number;
  y: number;
}

export interface ISize {
  width: number;
  height: number;
}

export const STEP = 1.25;
const MOST = 32;

/** The whole picture, in the middle; small ones grow to fill the stage, but no more than to twenty-four times. */
export function fit(picture: ISize, stage: ISize): IPlace {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 24);
  return centred(scale, picture, stage);
}

export function centred(scale: number, picture: ISize, stage: ISize): IPlace {
  return { scale, x: (stage.width - picture.width * scale) / 2, y: (stage.height - picture.height * scale) / 2 };
}

/** `factor` times larger, with the point of the stage at `x`, `y` staying where it is. */
export function zoomed(place: IPlace, factor: number, x: number, y: number, picture: ISize, stage: ISize): IPlace {
  const least = Math.min(fit(picture, stage).scale, 1);
  const scale = Math.max(least, Math.min(place.scale * factor, MOST));
  const grown = scale / place.scale;
  return within({ scale, x: x - (x - place.x) * grown, y: y - (y - place.y) * grown }, picture, stage);
}

/** Moved by so many pixels of the screen. */
export function panned(place: IPlace, dx: number, dy: number, picture: ISize, stage: ISize): IPlace {
  return within({ ...place, x: place.x + dx, y: place.y + dy }, picture, stage);
}

/** A picture smaller than the stage is in its middle; a larger one leaves no gap. */
export function within(place: IPlace, picture: ISize, stage: ISize): IPlace {
  const along = (at: number, length: number, room: number): number =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(at, room - length));
  return {
    scale: place.scale,
    x: along(place.x, picture.width * place.scale, stage.width),
    y: along(place.y, picture.height * place.scale, stage.height)
  };
}
