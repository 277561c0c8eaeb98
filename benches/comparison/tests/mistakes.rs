//! What becomes of a mistake that the compiler lets pass? `docs/comparison.md` says so, here it is shown.
//!
//! For httpz the same mistakes stand in `tests/ui`, with the compiler's messages.

use serde::Deserialize;

/// Names a parameter that no route has.
#[derive(Deserialize)]
struct Misspelt {
    #[serde(rename = "idd")]
    _id: u64,
}

mod axum {
    use axum::extract::Path;
    use axum::routing::get;
    use axum::{Extension, Router};
    use axum_test::TestServer;

    use super::Misspelt;

    #[tokio::test]
    async fn a_misspelt_parameter_is_a_400() {
        let app = Router::new().route("/{id}", get(async |_: Path<Misspelt>| ()));
        TestServer::new(app).get("/1").await.assert_status_bad_request();
    }

    #[tokio::test]
    async fn swapped_parameters_are_not_noticed() {
        let handler = async |Path((post, user)): Path<(u64, u64)>| format!("{user} {post}");
        let app = Router::new().route("/{user}/{post}", get(handler));
        TestServer::new(app).get("/1/2").await.assert_text("2 1");
    }

    #[tokio::test]
    async fn a_missing_extension_is_a_500() {
        let app = Router::new().route("/", get(async |_: Extension<u64>| ()));
        TestServer::new(app).get("/").await.assert_status_internal_server_error();
    }

    #[test]
    #[should_panic(expected = "conflict")]
    fn two_routes_of_one_shape_panic_at_start() {
        let _: Router =
            Router::new().route("/{a}", get(|| async {})).route("/{b}", get(|| async {}));
    }
}

mod actix {
    use actix_web::http::StatusCode;
    use actix_web::test::{TestRequest, call_and_read_body, call_service, init_service};
    use actix_web::web::{Data, Path, get};
    use actix_web::{App, HttpResponse};

    use super::Misspelt;

    #[actix_web::test]
    async fn a_misspelt_parameter_is_a_404() {
        let handler = async |_: Path<Misspelt>| HttpResponse::Ok();
        let app = init_service(App::new().route("/{id}", get().to(handler))).await;
        let answer = call_service(&app, TestRequest::get().uri("/1").to_request()).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }

    #[actix_web::test]
    async fn swapped_parameters_are_not_noticed() {
        let handler = async |path: Path<(u64, u64)>| {
            let (post, user) = path.into_inner();
            format!("{user} {post}")
        };
        let app = init_service(App::new().route("/{user}/{post}", get().to(handler))).await;
        let answer = call_and_read_body(&app, TestRequest::get().uri("/1/2").to_request()).await;
        assert_eq!(answer, "2 1");
    }

    #[actix_web::test]
    async fn missing_data_is_a_500() {
        let handler = async |_: Data<u64>| HttpResponse::Ok();
        let app = init_service(App::new().route("/", get().to(handler))).await;
        let answer = call_service(&app, TestRequest::get().uri("/").to_request()).await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[actix_web::test]
    async fn of_two_routes_of_one_shape_the_first_wins() {
        let app = App::new()
            .route("/{a}", get().to(async || "first"))
            .route("/{b}", get().to(async || "second"));
        let app = init_service(app).await;
        let answer = call_and_read_body(&app, TestRequest::get().uri("/1").to_request()).await;
        assert_eq!(answer, "first");
    }
}

mod rocket {
    use rocket::error::ErrorKind;
    use rocket::local::blocking::Client;
    use rocket::{State, get, routes};

    #[get("/<_a>")]
    fn first(_a: u64) {}

    #[get("/<_b>")]
    fn second(_b: u64) {}

    #[get("/")]
    fn stateful(_number: &State<u64>) {}

    #[test]
    fn missing_state_refuses_to_start() {
        let error = Client::untracked(rocket::build().mount("/", routes![stateful])).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::SentinelAborts(_)));
    }

    #[test]
    fn two_routes_of_one_shape_refuse_to_start() {
        let rocket = rocket::build().mount("/", routes![first, second]);
        let error = Client::untracked(rocket).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Collisions(_)));
    }
}
