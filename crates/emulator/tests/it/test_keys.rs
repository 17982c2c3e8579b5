//! Keys for tests alone, made with OpenSSL; they protect nothing.

/// 2048 bits, exponent 65537.
pub(crate) const RSA_2048: &str = r#"{
  "kty": "RSA",
  "n": "zqh8p-ay57qGJGhLIBdGcbWFO7BuaVrjzuyUYR3X__zEFY0VIUh05nKzE5HpZp1K6eP4wVyVJjzbLtBU7eaf59oILbMHqDA3Mm5tHCL3SvYeXEQSkHMgSaIZQrOFqOmQohMhfflRhK_SnwoCo3CXw6JY_8wpgSLNDPCHXERsGs6a-fkHV6siO4Ef0uspJKZGThujekadG_ijRpnd_JlgaDibtyoZcvuvxZQsyWCD2jxfj0Y9xrIsiF8x0oBwqlOhGYVM1Pr4dNxTr-kc_-qB5MreLNm_5RUv30-yRfKYKP2PHoWRtZhM5hKLHeMeInLRJ7LndmmAwAmoffvhYnp0cw",
  "e": "AQAB",
  "d": "PR4LL8TEqE-7mEzX2vfHN53Nd2eoX7Qnp2zEPSyMUwK4Iv-EfkFlgTnuyBzhAB4Ip79qNBVjbtmUoPWwCGOqavFKdel6nD0WNe3-itG0fRDozbS8IMhLhjtQaS-amefphGVQBGeVuj4ddjeJrDiCSbNbytrgc3aNWgRQo_MAXbSwJeMrz9RcQjkQR7Rr8bockkJtv13_R0auUcJaJGUBB7B30FHUFutyFVpyzPIAEHlOJsUSPPRKqqMUDB0EGUjEJnmn4twJCKnkoysaQvMNvL5e44Fiov7zDiRW5H_A3jXoTsI-wOAz1Q7QVNy6TVmF5qteMLGwE9PuAntCzLLCUQ",
  "p": "9_R3VHJ4UmX9RuPrwZ0dIL-7CpW3wVtijYCZbTFXm6OmjYWFLo7jLAJkXlAb1RHtMA91MjTxE-jzZuezYAKIggs3TNa5djfJKa16EDS8mPWQ3VGNPK3eeECBTTRLeg8K5C489veBB6phaoNz9jgq2hAhz8Lbv2JNLJa4P3X-jBU",
  "q": "1V0BnD5MWu8zWbPlLX2uhZMKMIZca9YQL7VZwVqMzGSbXEvhWkCIS4nAMh-04ryrBtE3IXfVOvpgKRNPPdmGGmPlXEIlj86rRzY9UNCajQj0X_u1QExaKs6ncY2Cl53cSUuY6pWHgPhZK1UhXv32qnS4XLnr8g7HKIc5az4duGc",
  "dp": "IN3fv2rY9hscwnvNsUFRLhkcAuArlk61ton4TFgBA9liZ1nueGhqRlge072MouaYaQlzgG8yEXCMavSFe1F6pLo131KLDNeCK6saBfHnmeLbC-sWbJejaI8sVH59DrXVvL9AR4AxM0HrXcIE6fsx-uuuf6qVlD3EeweTbp4GWq0",
  "dq": "n-91048HYWrIzUcCVdVOSyZrjvBIuzTdMUX5n-ymelg39TmUFTkmcakyfuAxkXznntaZQuc22VzxVBj7X1t9IK8dMMkMqv26ekj4MWoNUAcUWBawSSByvn_mGEKBT_GvPOoEGGQ6DL0c6lSIDVLF4gRYZnmfmfTl6UVkDzWixaU",
  "qi": "gTapToiXOHppK4cnVjbitvHrY3PXk6ZpfFkEU0qb9IzgaMtBCoeJ1uHaEGbFMdHjq778mInXU3npCFTKQ5a2sN_9dSNrrNudGH7BrDDcrOzbEhKXgbBK0SGjTAGlOGp9X76XsTzwDp9K680NjRHm8dA8_1xv5-MadNM0GNIxEdg"
}"#;

/// 2048 bits, exponent 3.
pub(crate) const RSA_E3: &str = r#"{
  "kty": "RSA",
  "n": "oDlwQ-Go8Ct4SE1_NPaI4-xiq9zUvyjke38OuXnDDyU4ej4RxKQSRicW32KxIijZqQJ_gfqJjNS1a2HwNq5dB09F2TvSe1N7_K-jSJ5lTqRy-cFsZ3mQh-IpD2tFSC4hwPJhO6zvX5yMTseAq8hvcU50pvhWeG2kjWcWHYVFGLTnRDu0lHCfyTLruis0hPTFAnjAWjxdZiemCLToTA_A69JzyPVW_LVTRqCFYO9BIY6ep0qnGfERefjuPZ_l36u4RXC3-zyGjUptmEt_AyMjc3CcDQNZ6AOzAGGSwg4s7pyW6A9nln-Rr9AzJNNTMYLGhfyDwS7bxcsW88uUdiRdGw",
  "e": "Aw",
  "d": "atD1gpZwoBz62t5Uzfmwl_LscpM4f3CYUlS0e6aCChjQUX62gxgMLsS56kHLbBs7xgGqVqcGXeMjnOv1ecmTWjTZO302_OJSqHUXhb7uNG2h-9ZIRPu1r-wbX5zY2slr1fbrfR306mhdidpVx9r09jRNxKWO-vPDCO9kE64uEHeMIKDuIDYWPIaTzwGTG8OE__8K28bwnj5iYwlWzPqVqKjS2R7jcjQNWz0sQYNNqvmWJLz9imXzuUPK36T698jtzoYso01cyoonGtCPg_JO3mDzf19dqbofsvkpXWHnv_G5uURz8oymx7rOd7WVpkSf6qgt5qEHmoqN0aufWZpTuw",
  "p": "zI44KSyaBAUeAWAQihXjZRYtYQUh2k1es0HdmwWcQ2ZGpqeWkEno4NJezRjIhYMRy262Pvxf6T_vP1OcY5Ha0JeEZvXSssrQ9edav11BOguSk_wVZ_Wobi84Jc4QBgdMPPoUfXUeUREbfL7kbEJ9yBSlIvp_3eimh5U5MSNDRpU",
  "q": "yIUSJjeFemlLDKOYTcVsGGxMzwtwGitrXzJJSxL7nQiOkNuwcYd-Xmtl9eXhxx4GcgF46834OqQj_pqMCdojgvgjDhB1yJKqPQi36F_2cxpMmtHe5XPEFUSzrufrS0dlw1gUPDWORnMcgLJehnWeDpFbG-y9cnVUuqQQ9Ex5mO8",
  "dp": "iF7QG3MRWANpVkALBrlCQ2QeQK4WkYjpzNaTvK5oLO7ZxG-5tYabQIw_M2XbA6y2h58kKf2VRiqff40S7QvnNbpYRKPhzIc1-UTnKj4rfAe3DVK47_ka9B96w961WVoy01Fi_k4UNgtnqH9C8tb-hWMYwfxVPpsZr7jQy2zXhGM",
  "dq": "ha4MGXpY_EYyCG0QM9jyuvLd31z1Zsec6iGGMgynvgW0YJJ1oQT-6Zzuo-6WhL6u9qul8olQJxgX_xGysTwXrKVstAr5MGHG01slRZVO92bdvIvp7k0tY4MidJqc3NpD15ANfXkJhEy9qyGUWaO-tGDnZ_Mo9vjjJxgLTYhREJ8",
  "qi": "KmzyvJuf3h9ngMlfFovPjZBHCGZWoY2SBoAG3UvDBr_8zhE29WOqvA15exc6lG4v_pcjXyPsLbZX1U41ubK7oZW4F91Do-Rq9sazOKLzqlBM60YHDseQYPkAoTmW5lvJTsTv8dxo26v-1DmRR9BZVUiEtI_SqLf8itn72gfXTK0"
}"#;

/// Too short.
pub(crate) const RSA_1024: &str = r#"{
  "kty": "RSA",
  "n": "zondykcqsfPmMPbkRHkdYLDYyIn2mRx97M0PkX6anVm6JBHHDMfdTGae7MiIxKM7Wudgh5uj5RgrzewPVasQ0-RCfVH6L_K3JYB97ONXSknDmd7YuBfZw774Ivfdv-252CDdKQtT5R-8Rc9AkvXb7uA6AQMGp8WNqoRarcSYbmk",
  "e": "AQAB",
  "d": "JRygvbgL8-3fbuzuF1-r57PfQCmKJfj4p5QxN_OH1L5KtDB9k85V9WR7KhDegnbSM4Nf1P4idQfi1x2To9EZNKbN4IvKKf2aul67AfYa9xCpSMcrbY_V0qYo7i5sr_Cso-UalbR7l-NAiqwn5MjtMaHLy7hrFPgiM1wKvFd3GAE",
  "p": "_L9W3-NcrwiJ6-tg0-Ib6jtC3nSeH2QQ5i2oH-LHOJoch9E-j7XYTrMBb4daFVKom4pEeQsbxNFv5rPW0OVjNw",
  "q": "0TJLc_F7cX4WKEgY599UYZyoCP7H_I9iPQ-aVgFEl0kGV7Az5Pr_n885qcEzpFG9mDh8cofHEDtIkSvf8pTLXw",
  "dp": "EgCe83uCUoVNLZyqXO0yB9EIxkeQK7Q47-w4mWzRu9peRd5Fkn7lVVWyuHrvk607jTif_-8mnzI7wjb1ChQMqQ",
  "dq": "HNpR-9DPlMyuI6ol_T0ZN0lTB8KUNKpWA1P2lmwgWLlSrZ942NkhjpoXOumRxNUdUDRiPa2qb_utO5CQl7WcAw",
  "qi": "RxF0Vm77RByNsS6qmhtHTcNwi4VcPz7C-02JsOXeoCxBV-X5uqlRsdP7Pc-Xy_6K4VKkSP1Oz-D2ff5jqODqeg"
}"#;

/// OpenSSL's RS256 signature by [`RSA_2048`] of a digest of 32 bytes, all 7.
pub(crate) const RSA_2048_SIGNATURE: &str = "sYjuTdHEjZmNg34vhUdCKXdUb2Sx0V5oOIDhSWYRBqmh5i4mmUVvRtJHqSLwrHdmfvmmYE3h620UPMFiOMFBM66FqLP5gTZgPkY17WbeorrBNaKNvSidjiqXkLpyIWFQIUYUoXiuTqewnW-LgmMprsXOr3ZCIczX6NXDCmFw8S4qC_l35h1grSNYEudxWo8egnI_Sm8mW_ocuaqUcoL-s-0fFV4jGEh2wTpnFoCAJrdFJN_kK1oxc6emRRU6NVALkNrrv2am1bHRg-1-H4mCq9LyXwZnooCGaggcXwIY2-IPFmC4eCie0eDYog9-oArZGQM7AjfGsbFtgko0UVvM-g";

/// The key of RFC 7515, appendix A.3.
pub(crate) const EC_P256: &str = r#"{
  "kty": "EC",
  "crv": "P-256",
  "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
}"#;
