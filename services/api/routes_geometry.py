"""What the map is drawn with, apart from its figures: it changes with the city's boundaries, not with its dossiers."""

from __future__ import annotations

import gzip
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.api.answers import has_it, takes_gzip
from services.api.follower import Follower
from services.api.geometries import Drawing
from services.api.problems import ProblemError
from services.api.schema import file_answers

FOR_EVER, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"


def geometry_routes(follower: Follower) -> APIRouter:
    """One route: the picture's places."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/geometry", response_class=Response, responses=file_answers("application/geo+json", 410))
    async def get_geometry(
        request: Request, v: Annotated[str, Query(description="its id, as a tick says it: kept for ever")] = ""
    ) -> Response:
        """The places of the map, GeoJSON: `planar` true is a cartogram (equal areas, no boundary), false longitude and latitude."""
        drawing = fitting(follower)
        if drawing is None:
            raise ProblemError("NO_GEOMETRY")
        if v and v != drawing.id:
            raise ProblemError("VERSION_GONE")
        headers = {"ETag": f'"{drawing.id}"', "Cache-Control": FOR_EVER if v else ASK_AGAIN, "Vary": "Accept-Encoding"}
        if has_it(request, drawing.id):
            return Response(status_code=304, headers=headers)
        if takes_gzip(request):
            return Response(drawing.body, headers={**headers, "Content-Encoding": "gzip"}, media_type="application/geo+json")
        return Response(gzip.decompress(drawing.body), headers=headers, media_type="application/geo+json")

    return router


def fitting(follower: Follower) -> Drawing | None:
    """The geometry of this city: none where no unit has a place on it; before the first picture, what is there."""
    drawing, scene = follower.geometries.current, follower.mirror.scene()
    return drawing if scene is None or drawing.fits([unit.code for unit in scene.units()]) else None
