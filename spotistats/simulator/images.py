"""The picture host: a generated cover for every id."""

from flask import Blueprint, Response, request

from .covers import cover

blueprint = Blueprint("images", __name__)

LARGEST = 2000
USUAL = 640


@blueprint.get("/images/<image_id>.svg")
def image(image_id: str) -> Response:
    """Answer with the picture of an id; `?size=` sets its width and height in pixels and nothing else."""
    size = request.args.get("size", USUAL, type=int)
    response = Response(
        cover(image_id, max(1, min(size, LARGEST))), content_type="image/svg+xml; charset=utf-8"
    )
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    # Opened on its own, an SVG is a document; this one needs nothing that a document may do.
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response
