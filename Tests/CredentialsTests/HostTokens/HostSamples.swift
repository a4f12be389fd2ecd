/// Keys and tokens of a made-up forum. PyJWT and Python's cryptography made them; nobody has the private keys any more.
enum HostSamples {
    static let octKey =
        #"{"kty":"oct","kid":"oct","k":"ooHk-949EHdKqYzjxiU4H3JRtIvuzSAHGnlcs5b1yC8CYURbvp3w1yoJbEOmhZj_0jEUa0"#
        + #"6tgOf62TwTdlWojw"}"#
    static let rsaKey =
        #"{"kty":"RSA","kid":"rsa","use":"sig","n":"x-0HSbPG5zf06u5IuFJdOI4cH-kDJZT2Y7dv6XnaVUBTHEZF6NB5Do5uN6"#
        + #"VRaZc0qps9zPIscPAiOq7jje_YON9WqVS0TLl-IwhuNaiS-XaLil1Wk_YCPRDO0lXqRxAOzB5U0tzFPLZI7w26R8GN3F5p1UBmSe"#
        + #"SWbLQJS06IDAK-57AW6rTw884ACId6FYzr3ROygtQkmSHg0BqbCHa0_i0EU-VPP1lt0tEJoI32CsfNZDwJJMBOdE1SRvzpS3w_L0"#
        + #"iEGMVS6OiiBJlyz3jw9vlUIaLSlq1kpLDVf4ySvQu0xJVU13ghz03ivNi49inIBtZP2B6DRkn2JF9zmGfG6Q","e":"AQAB"}"#
    static let rsaKey1024 =
        #"{"kty":"RSA","kid":"weak","use":"sig","n":"r645ndR18oh3fD_4PPKV2GU7QYfBDkTtd6vZChtEpQqXG_egmArsO_cuu"#
        + #"3J2WfzPRLRdYGvF7T_u8TAhakTCiqWea6Q_q0JxDfODJt0XESezusXeKz0T7oWpDupYN7iYxOvoM4syJZAKfnRbN9NoQb7K31t4Z"#
        + #"-c44gM2cJmyTek","e":"AQAB"}"#
    static let p256Key =
        #"{"kty":"EC","kid":"ec","crv":"P-256","alg":"ES256","x":"FcT_zb9w04DXU2xYAiZMqyZJQXPR45QbvOHTPrneVWo""#
        + #","y":"-1DvCDdso99WPYF8u7p82egBAlmTHQNs41H7oReKzxw"}"#
    static let ed25519Key =
        #"{"kty":"OKP","kid":"ed","crv":"Ed25519","alg":"EdDSA","x":"e2LDp1lPMMnJk-xr9Vztdrsm8U7UH9TUmkHXqvccS"#
        + #"uI"}"#

    /// By `alg`; each names its key by `kid`.
    static let tokens: [(algorithm: String, token: String)] = [
        (
            "HS256",
            "eyJhbGciOiJIUzI1NiIsImtpZCI6Im9jdCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN"
                + "1YiI6IjQyIiwibmFtZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDA"
                + "wLCJleHAiOjE3MDAwMDA5MDB9.Hl9_KHEFM1-82_BtpVTRs9RUtU_6v1CZJ1C9XoRyyyc"
        ),
        (
            "HS384",
            "eyJhbGciOiJIUzM4NCIsImtpZCI6Im9jdCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN"
                + "1YiI6IjQyIiwibmFtZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDA"
                + "wLCJleHAiOjE3MDAwMDA5MDB9.mL3HlxqjwhUeVER-XNLpfKWHd8wMF7m1N8k3oOvD2aHp6IhdGQoWu47DOhwNk-dv"
        ),
        (
            "HS512",
            "eyJhbGciOiJIUzUxMiIsImtpZCI6Im9jdCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN"
                + "1YiI6IjQyIiwibmFtZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDA"
                + "wLCJleHAiOjE3MDAwMDA5MDB9.nbnUhvJZg0SvFtdGQTA_sWuECd2ceXDe6jP8iTz01-ZpEGGdZPvcZ0HMKutWTYFx_7lMy1cIMEJbue"
                + "P4m-30tw"
        ),
        (
            "RS256",
            "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN"
                + "1YiI6IjQyIiwibmFtZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDA"
                + "wLCJleHAiOjE3MDAwMDA5MDB9.kW1lUzhNdvUw5EFIRqSh442mfxqG2in6lPBb0i0BQHIgo-kd7gXBf83ostwn7YSC91nUZIBwDolPb4"
                + "9kwZrB4E5aqLWer9OjZtK-tXsSLpevI1yQ-4cu3aB6GSghv49u7iQfI7NlozWHa1ubtu8tafSAkkehwhrml44bFSCIXc7sNtbYa3NT23"
                + "6_WqbtqO9S6Km4P7WRs7OP8GZdS9aJlT4IfTvGJeKuFO1Eiz3QMlRFAEjWYVvZFbPweb-M96o4x8rudk8Qrj2JN82BcqeyN1WxvgIfVw"
                + "08NfF0C3o2M_TsKehON3TSxlCm8u12hquf4y5pra5GXLino5ql3aWurQ"
        ),
        (
            "ES256",
            "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjIiwidHlwIjoiSldUIn0.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN1"
                + "YiI6IjQyIiwibmFtZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDAw"
                + "LCJleHAiOjE3MDAwMDA5MDB9.5v0f6qy3wqh682SC_IGQKMLIcu0mhGH4UD75wd4tHnK0C9YWDMdaV2FcfqEaXnsaYB4HeOF2fppxXub"
                + "JzMlXqA"
        ),
        (
            "EdDSA",
            "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkIiwidHlwIjoiSldUIn0.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN1"
                + "YiI6IjQyIiwibmFtZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDAw"
                + "LCJleHAiOjE3MDAwMDA5MDB9.I8F_qO15NKGI3o_KALcGsYaoZ78SZdTeDGLVLCQ8I7GDoypoLw66Vu6LzSAZn0MplbQDOoQGRvCrPKa"
                + "7EtlOAA"
        ),
    ]

    /// The same without a `kid`.
    static let unnamedTokens: [(algorithm: String, token: String)] = [
        (
            "HS256",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN1YiI6IjQyIiwibmF"
                + "tZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDA"
                + "wMDA5MDB9.C4Pjurpq_64p_nAYTDzsrkZFQLtV0QWaarexQQB6NhU"
        ),
        (
            "HS384",
            "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN1YiI6IjQyIiwibmF"
                + "tZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDA"
                + "wMDA5MDB9.d3ZFaOdvsnOcQO8BZFAXl1Y2eyk_BpX2Wzw5v7Tpna10RJPc9pd2cudAaY9pe86j"
        ),
        (
            "HS512",
            "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN1YiI6IjQyIiwibmF"
                + "tZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDA"
                + "wMDA5MDB9.d6BpjATNv0nKY5rq_z-mWwhOTtfXWUSd9YuE7m6WUhMmHT9gfxPbrlLszU-GZcUrXpavBJ3jOgcbaXBo8Bncrw"
        ),
        (
            "RS256",
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN1YiI6IjQyIiwibmF"
                + "tZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDA"
                + "wMDA5MDB9.oarirlQutMuCxHdgLAn95BF4xaZPv1o8ynm5YzM-bgGTRY8FVYuBBGsojhO8mPxUZXoJfz8aOaHIlBjsKWOvX4rsxYFlOU"
                + "m8BDW9zPs7SE8r_SVkDsGj8Gha5aykXdeAWHxvr4R20bWeorUD3wPTz8pv5zjM4oj386uT3SKJg2-PJMUhjs8sGjs9sn91GTJOSL6C7D"
                + "2rz8N0DvHglddvMeETQdxQjO-G_T2gcG6Onc4y9UOeo795wekoj9TumOybYx8XUNbgkw77hkujf6gRF9kjTUsxFVMxnIYL7bbxyK9etZ"
                + "u7j-P7WhJwpNK8cJYTgmMLhFrOK09EDxvCFBmYVA"
        ),
        (
            "ES256",
            "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN1YiI6IjQyIiwibmF"
                + "tZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDA"
                + "wMDA5MDB9.OBK5ZnT1bbGEDhEO3pFQBkrq02gu_aA4Dby1mOk9Rm5z_JJOWVWDITfRbkgVPeSag_LxabV-gI-xZeazzUX9-A"
        ),
        (
            "EdDSA",
            "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJmb3J1bS5leGFtcGxlIiwiYXVkIjoiY2hhdCIsInN1YiI6IjQyIiwibmF"
                + "tZSI6IlpvXHUwMGViIiwicm9sZXMiOlsidmlwIiwic3RhZmYiXSwianRpIjoiai0xIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDA"
                + "wMDA5MDB9.iegSmM3w-kEamUYaXPKmJb7wovg8fMWFZoBWWLEZAHpyDdsdAW4HVAvlfG0KSXSBSD2ubTLl43z0bsjvIfxVBQ"
        ),
    ]

    /// HS256 with the text of the RSA key's PEM as the secret: with the key's `kid`, and without.
    static let confusedTokens = [
        "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiZm9ydW0uZXhhbXBsZSIsICJhdWQiOiAi"
            + "Y2hhdCIsICJzdWIiOiAiNDIiLCAibmFtZSI6ICJab1x1MDBlYiIsICJyb2xlcyI6IFsidmlwIiwgInN0YWZmIl0sICJqdGkiOiAiai0x"
            + "IiwgImlhdCI6IDE3MDAwMDAwMDAsICJleHAiOiAxNzAwMDAwOTAwfQ.PAfrheGQQYfyhwWzEMQssNDD8HYOD9MCjjmNNWowpXU",
        "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpc3MiOiAiZm9ydW0uZXhhbXBsZSIsICJhdWQiOiAiY2hhdCIsICJzdWIiOiA"
            + "iNDIiLCAibmFtZSI6ICJab1x1MDBlYiIsICJyb2xlcyI6IFsidmlwIiwgInN0YWZmIl0sICJqdGkiOiAiai0xIiwgImlhdCI6IDE3MDA"
            + "wMDAwMDAsICJleHAiOiAxNzAwMDAwOTAwfQ.aHRGBHO32KaHPv4LK3VNY2NsnN1k7EDuWHSXqffp9qI",
    ]

    static let rsaPEM = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAx+0HSbPG5zf06u5IuFJd
        OI4cH+kDJZT2Y7dv6XnaVUBTHEZF6NB5Do5uN6VRaZc0qps9zPIscPAiOq7jje/Y
        ON9WqVS0TLl+IwhuNaiS+XaLil1Wk/YCPRDO0lXqRxAOzB5U0tzFPLZI7w26R8GN
        3F5p1UBmSeSWbLQJS06IDAK+57AW6rTw884ACId6FYzr3ROygtQkmSHg0BqbCHa0
        /i0EU+VPP1lt0tEJoI32CsfNZDwJJMBOdE1SRvzpS3w/L0iEGMVS6OiiBJlyz3jw
        9vlUIaLSlq1kpLDVf4ySvQu0xJVU13ghz03ivNi49inIBtZP2B6DRkn2JF9zmGfG
        6QIDAQAB
        -----END PUBLIC KEY-----
        """

    static let p256PEM = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFcT/zb9w04DXU2xYAiZMqyZJQXPR
        45QbvOHTPrneVWr7UO8IN2yj31Y9gXy7unzZ6AECWZMdA2zjUfuhF4rPHA==
        -----END PUBLIC KEY-----
        """

    static let ed25519PEM = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAe2LDp1lPMMnJk+xr9Vztdrsm8U7UH9TUmkHXqvccSuI=
        -----END PUBLIC KEY-----
        """

    static let rsaPKCS1PEM = """
        -----BEGIN RSA PUBLIC KEY-----
        MIIBCgKCAQEAx+0HSbPG5zf06u5IuFJdOI4cH+kDJZT2Y7dv6XnaVUBTHEZF6NB5
        Do5uN6VRaZc0qps9zPIscPAiOq7jje/YON9WqVS0TLl+IwhuNaiS+XaLil1Wk/YC
        PRDO0lXqRxAOzB5U0tzFPLZI7w26R8GN3F5p1UBmSeSWbLQJS06IDAK+57AW6rTw
        884ACId6FYzr3ROygtQkmSHg0BqbCHa0/i0EU+VPP1lt0tEJoI32CsfNZDwJJMBO
        dE1SRvzpS3w/L0iEGMVS6OiiBJlyz3jw9vlUIaLSlq1kpLDVf4ySvQu0xJVU13gh
        z03ivNi49inIBtZP2B6DRkn2JF9zmGfG6QIDAQAB
        -----END RSA PUBLIC KEY-----
        """

    static let p384PEM = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEjeWbZYH+sNVIadKaS/KguD+WdlCA92dA
        YkAnkcuYSS6WOGPWBY6GZ78+z8ZJ1IVNAiOzxWaQSF12ehf2PKdy69SIyY9NXNSa
        Ac9UwsrsHEQbaT5dtZ/3M1hF4Axn0iWh
        -----END PUBLIC KEY-----
        """

    static let rsa1024PEM = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCvrjmd1HXyiHd8P/g88pXYZTtB
        h8EORO13q9kKG0SlCpcb96CYCuw79y67cnZZ/M9EtF1ga8XtP+7xMCFqRMKKpZ5r
        pD+rQnEN84Mm3RcRJ7O6xd4rPRPuhakO6lg3uJjE6+gzizIlkAp+dFs302hBvsrf
        W3hn5zjiAzZwmbJN6QIDAQAB
        -----END PUBLIC KEY-----
        """
}
