"""The HTTP application of one worker: routes and what every answer carries, nothing else."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from dunghen.platform.http_server import NO_TELEMETRY
from services.api import problems
from services.api.access_table import check_declared
from services.api.ahead import LookAhead
from services.api.behind import Behind
from services.api.doorkeeper import Doorkeeper
from services.api.follower import Follower
from services.api.middleware import Front
from services.api.officials import Officials
from services.api.past import Past
from services.api.ports import Outlets
from services.api.routes_actions import action_routes
from services.api.routes_badge import badge_routes
from services.api.routes_breakdowns import breakdown_routes
from services.api.routes_changes import change_routes
from services.api.routes_city_sign_on import city_sign_on_routes
from services.api.routes_desk_board import desk_board_routes
from services.api.routes_desks import desk_routes
from services.api.routes_explanation import explanation_routes
from services.api.routes_facts import fact_routes
from services.api.routes_follow_ups import follow_up_count_routes, follow_up_routes
from services.api.routes_geometry import geometry_routes
from services.api.routes_indicators import indicator_routes
from services.api.routes_justifications import justification_routes
from services.api.routes_links import link_routes
from services.api.routes_look_ahead import exact_look_ahead_routes, look_ahead_routes
from services.api.routes_map import map_routes, news_routes
from services.api.routes_map_files import map_file_routes
from services.api.routes_monthly import city_monthly_routes, monthly_routes
from services.api.routes_officials import notice_routes, officials_routes
from services.api.routes_open import open_routes
from services.api.routes_open_data import open_data_routes
from services.api.routes_own import own_routes
from services.api.routes_push import push_routes
from services.api.routes_quality import quality_routes
from services.api.routes_rankings import ranking_routes
from services.api.routes_rate_explanation import rate_dossier_routes, rate_explanation_routes
from services.api.routes_reconciliations import reconciliation_routes
from services.api.routes_session import session_routes, signing_routes
from services.api.routes_site import health_routes, page_routes
from services.api.routes_tasks import task_routes
from services.api.routes_wall import wall_routes
from services.api.routes_webhooks import describe_messages, subscribing_routes, webhook_routes
from services.api.routes_yearly import draft_routes, yearly_routes
from services.api.schema import say_problems


def build_app(follower: Follower, past: Past, officials: Officials, outlets: Outlets) -> FastAPI:
    """The application; its state is in `follower`, whose loops the caller runs. Raises UndeclaredRouteError (see `access_table`)."""
    app = FastAPI(
        title="Đúng Hẹn",
        version="1",
        description="The live institutional map of a city: on-time rates that nobody can dispute.",
        license_info={"name": follower.settings.licence, "url": follower.settings.licence_url},
        docs_url=None,  # /docs is a page of ours: nothing is loaded from elsewhere
        redoc_url=None,
        telemetry=NO_TELEMETRY,
    )
    problems.install(app)
    behind, look = Behind(past), LookAhead(past)
    for router in (
        *_public(follower, past, behind),
        *_private(officials, past, behind, outlets),
        look_ahead_routes(follower, look),
        exact_look_ahead_routes(officials, look),
        health_routes(follower),
        open_data_routes(follower.settings.open_data),
        page_routes(follower.settings.static),
    ):
        app.include_router(router)
    describe_messages(app)
    check_declared(app)
    say_problems(app)
    app.add_middleware(Doorkeeper, settings=follower.settings)
    app.add_middleware(Front, clock=follower.clock)
    return app


def _public(follower: Follower, past: Past, behind: Behind) -> tuple[APIRouter, ...]:
    """What everybody may read, and what walls say of themselves."""
    return (
        map_routes(follower, past),
        map_file_routes(follower, past),
        geometry_routes(follower),
        ranking_routes(follower, past),
        news_routes(follower, past),
        yearly_routes(follower),
        open_routes(follower, past),
        indicator_routes(follower, past),
        fact_routes(follower, past),
        rate_explanation_routes(follower, past, behind),
        breakdown_routes(follower, past),
        desk_routes(follower),
        task_routes(follower),
        follow_up_count_routes(follower),
        reconciliation_routes(follower),
        badge_routes(follower),
        wall_routes(follower.settings.wall_token),
    )


def _private(officials: Officials, past: Past, behind: Behind, outlets: Outlets) -> tuple[APIRouter, ...]:
    """What is answered only to whom `access_table` names."""
    return (
        session_routes(officials),
        signing_routes(officials),
        city_sign_on_routes(officials),
        officials_routes(officials),
        rate_dossier_routes(officials, past, behind),
        own_routes(officials),
        desk_board_routes(officials),
        explanation_routes(officials),
        change_routes(officials),
        notice_routes(officials),
        quality_routes(officials),
        follow_up_routes(officials),
        draft_routes(officials),
        monthly_routes(officials, past),
        city_monthly_routes(officials, past),
        justification_routes(officials, outlets.said),
        action_routes(officials, outlets.said),
        link_routes(officials),
        push_routes(officials, outlets.browsers),
        subscribing_routes(officials, outlets.webhooks),
        webhook_routes(officials, outlets),
    )
