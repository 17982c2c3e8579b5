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

/// Blocks under [`RSA_2048`], well made: algorithm and ciphertext of `plain`.
pub(crate) const RSA_GOOD_PADDING: [(&str, &str); 3] = [
    (
        "RSA1_5",
        "gg36UMkkx_m9Uy-u_fp8Dy6thws8j5G2pFYMpcWauuezD_L9ZcmO5Q66uTff-RLDvKLywNLuB_jlCz8qZ8ZIC2Xlc2vr9I4Ar5lfo4NG1xjk0ZKqGYd1vJ2SCAUKuo6rjrqG_P28vkiVgRigcXn5vSQbdt6XbspeHGoWlwBBHqR2Iy3qrrng4TYw5Wxmw2iOSEuwf6l5UhWAGArkpyfGzykRLNwvw-z9tyb42Z43RhcYiYf6JS4QkWc9I5x3BEBf7utkxIsCFQMpeJQE6K4yu_IbH3ErjkX899CIfEFnYKZQ71V8tg7CAUz2tB6WQNFi7PqJMngM-dfjCTqi6yKZ_Q",
    ),
    (
        "RSA-OAEP",
        "VSd6f_pBk8Lq-Ht2g--L2bd_fCa6TWoORbmGUyr7eI-icmOy298sCdxyq68uVwfOXURBrWs9BMI1UBgZ-ztS7WGkFPgvQ2VewZfS8aikfttHn8khSMXcQJ-YaUnpBbdYy4YV7wIvo2EG5GsOiwwak5xcpT6LS3kCu94WbbkSGqI4mamNcAYGjlHmhCQU4sy-RhtL1PPLvNgH1Pq88QTywqoPNmgtp0b8a7N05zO2d_5r_Vin67LPoU5iyWZjhRYPvvT7yNYYV8mfvC14uHVVpLVHRNRfoyjjIr4tywjo1ybMr7gIN_XnrzZiohxeOabkxaYQRp1winjIyYPxrRSUOw",
    ),
    (
        "RSA-OAEP-256",
        "QP9XoR16Gmk8s2M6quOQCmcIu5K-ZKk8tvL2qMqPS5njgKOTZnAQgNNjbjP9x_hPgcOKmkeqiMryY9Mu3LZIQP1PGhnbqlZ7l-legob4j15vHgWnOfMqixE9wXgPjf2v_dG4jMQZAOuPE8R3-7chIJ07uLXPhEbU1_vnyKYdOoTzNQ5rGOvexcHIgBTVtnRrCTntB7CS6duP0iUnvWNUX4Z_jVuD7lK8F2HAArUSvTlzryIdS78qWNtRWaBVExrAJm8RoSUNzpkxOjbf8wNNHe8_1GOCcVhwFsxQgN95H_BCqC4H8Nh7Ryhk370KmRl-WQR9pSTkl3AbqgsnTd83eQ",
    ),
];

/// Blocks under [`RSA_2048`] whose padding is wrong: algorithm, fault, ciphertext.
pub(crate) const RSA_BAD_PADDING: [(&str, &str, &str); 10] = [
    (
        "RSA1_5",
        "the block type is not 2",
        "LRlw_8dI-wU4l2g4eMbcD6Fd724zG6KlSh2MebkWjsQ50g2DqS8HlA0H2Vyac6LFfh9Ck144tA0cN2d2kXVJ7aUPZ5LQ0Rx2EqyRBDfMkQG6VE_wHM6S81DGtFZeum0a_czcec1UQtKEhifCP1sFvjSyhdJ1hITLbkZ-GfuIKn2uNrIQYaOCa35cUD1ezka_CXOjsH8U7uouZgWJ8jlXJoks28s5ao4KmNsTzcSEFntsBM5YcOyiC_szqpOrQAkaMd7mPr14mxc-k73Ddj2JCltnNaQGURDfcAwlW9NWzFajE5PWy2eiZpLHD5T2cQhIbPs7qtYwZ--cX3yL7113WA",
    ),
    (
        "RSA1_5",
        "the first byte is not 0",
        "MYfJhQ4fjJbzq6GKQBP_IE3oxppjjy0BWfCrRyt_xu4EssAM9Dpk3KFL-Il-1FqjHPDMoWM8PToLpKzcdu_Ox0P_DHFGamnc3wtPTea-0EO6o7Yh_pwudjfwXJPw_bq9MtXnRnKwS-2avyV1Jui-ikRoZCZ5tdXOfkzwFjggZFV6ruktaZdRjqAkd_LkBo0EN6aFGTX5dXU6oL5TthTCz-7nMY8N1As9LeJo4lSYcDJAMf50yVQiez7ujr9KJKHDdymmQbDD4txadMdlt2w4nRhEmi-nqprvWrng1YXbEu3sz_jhKKF8yebizS4d_UpYpvIES2tNLJhfMw4_vYz36g",
    ),
    (
        "RSA1_5",
        "no end of the padding",
        "MtUj7OSvLb8TbcDZNI9h6oa7scj5GvW9dT4EFdmWGIM_kxmdxK_XcycxmKLvukADyvH1dJ1FLr_eUToz4iwdGYmhaUa3Ssa3ryBQHrtdqyEof2n1GArOiAyD3H92RtiBHP69otK1ko--7Kqc8EWHauqZ_Yzmfl4L_KYun7kMVNqDUqGeJ06dRmUbvUvv9bNE-QLBV6P64LfXoEVSEINr4pY_E91rJhJZvvTeWmY4668TyfVUKcG81DQug8OduUOOJq2TrdosAAGdefw-qpZRR7XN4SrBjkNObmjoE5YPLadqIxIBowvFzbMkp4gCKOTPQ8bVx6rOrsjp7xrnSr-b7Q",
    ),
    (
        "RSA1_5",
        "padding of 7 bytes",
        "Lviekz_f9CopQ-wWHQz_6HN5e8j9qCXuCnIAYgw4pGazpSTjTlKeIdieVQmSF9VLceOHXv4PhLIVhF5dtiw4O1m_M3Hh2T3ref8_RP_nN6WlccjbIEtGzJ9WncxRQdSgKjrMejL1Fm22toR6jJjIXTepwrjH3FWrYQsackzPvn01pRTqGLZMszLpbf9TSIasIq5a5bW9nzZaYjuIS2xNx-qY71-fWDWAbrtKr6b5ShalZQtHoRdbuvn9En0xB57jHGMyl7VDdT6-bpg9ud7t5SO7rcWiByhAOo-ZvbVw9J9J4MLfByS_5nam1_ShHBl2UyzJ0AcjQ9l9Uyc4Ow7ZXQ",
    ),
    (
        "RSA-OAEP",
        "the first byte is not 0",
        "nfrL9m6V8_hxw6NHsqVs16P_C9KbkJGs9ck_RhZbAF-8A3ljEJ8vCC39xRPLDoCzdiI9eOnG_QeugRMAdYZ0Whv7lwwifFIP7-_EK9U9EilqoJmB03jFUFFP7w7dqiLcj_pbVoVV6NwcsSr7QHZX0Kmgwsex3i9K9FKhE6b6VQh_VRLp-JfmPUia8rAzug_D385N8ApDsFTA5i95t7UsfTYSYkkynHe_5uJan1DYsiuiLxhrr6KnMZoypVIswa1CBSl7NDzFIi8JSoN22RlV81IR-KVQ1izk8ryW96iSKzc1Vv8YAir4J1h4GU-aQ82vsLmQFw6Mo9IqhBXf-f8LMA",
    ),
    (
        "RSA-OAEP",
        "another label",
        "ygdqB9Cr9UDmLhNC3Z308PgtVfTf-59zBjLhR__2zGxXkrB_s9Kg_gm7rubNtYAxoZzEe0Fz87fl9RYeAuA9BKS5uZh8FFBQbdAyF_6ng3RK--yl6C7x7g6Rl8H1H-wiSYR-rQLQXNkSy87qzo9kAdjacanZ0EUpul4B3df9gH8-qfe0K7hDjmshS9NsR6gwUPbaQ4_bijDdkWtKV2HSgbb1zOYwqc8gAXwThOr54zOW5eTCzcW8t29J6qvg5NOdhSXbjxu8xmtL5ERMrvTuWORaH1KrPF5gOgr14qrk5MI8tcvjLMuffc1G2EfnN_aaxmdGZYAFuIqpMC5JYjJsFQ",
    ),
    (
        "RSA-OAEP",
        "no end of the padding",
        "xSzcARuJCyM5azWDdrnQDZz7AIGpDK2fD6pG-7m3aAKnVNddRHBpI0IBbgoNuaaSOsZie7nhYDeE-glQ5fwGmkI7PTnVE4hckBmFbZY2iSKmwZ46anRy8SRZr8AC5VoBHdW5ZND2zs8Mu-UL1BzOvubvsaoj_d6t-QE0KPgGSPvdsJqVaZJzbXuDfzzWb7XNasq0LOWXis2srHVCYxt8EteO-sEH3xiGzSXGSBF0GO5iV-deJoV6kljLywXgOKFSe9eSiUBx22qyyrELOw4LXApO4lWYESzYIwWurb4SLzEh4dvW--HIPnD7DoTzLvaDwz66Bs3FKaxFhDzi23D1jQ",
    ),
    (
        "RSA-OAEP-256",
        "the first byte is not 0",
        "ueJy9_7b9N2Kkt_TKEdfvE7baYnyXoRzABH_grrnwBNaofnLClXd1KVkikYWpbhtnszKs13XLc7jbMDFfs7MCw0VsyHNSOOxJSxgduJi7-iGdoRYAQZT1MtGo68SgEI0plw-ePcqKwFtYdvLi0xVeyZZpTKsOgoxmcrUxByRiWF94nnIZOVvT2mdEVPwL59qhef6SVUm6TPaw4mTqFcZnu8xrcOVI01ccsg9Grbjh5x-2MUgsviYFrbaZPAZzAF_FwWsmUAb9g6JNlm6zp5hjNBiWlPr6CYfjM1owPpbAp8iGgLbvoQEqVpiJ_5MGApBZLWmpbTLBdk6bOGGFoITSA",
    ),
    (
        "RSA-OAEP-256",
        "another label",
        "H3mWNoGSBUgeg-gbkNtileMs-ZsDU9_S_5MkSmJOnt3A0fLA-U29FWNcedfnpu5zWH-ONgFSDMXEeeLYXLT3L_bARfXp8riJ8CMxUCY6jnJbXf-9_K2uFXrVwBk25ieaQMBjbRBOEF_41_gEhs5k8a4r3RAMw3jjK0VzVeByEdUipSPQuPEFGaeAehpB5xTeJdtxV-Xtc7cSDguEODGPNiewxaLomqJ1AReG9y07qFZ-zIZ14CNsyOf0Jmb3FT-ZZJHy7Si33yE0IjnDBBSfsRkoPAgdqQ7tR5x6mZVcf6qQ6dHmTCpO1pcaKea4fGfXg-TrMUzquqh1myjJZzBqaw",
    ),
    (
        "RSA-OAEP-256",
        "no end of the padding",
        "waD4jx-SYFdBep-O6uDhPMBr6BayVXxyivs3DCgwgEutcZpejvSERvC4Aef3umIZ_Qamfz0mkClLOY5AYo57814llrH6eAz7x362OsgvsWUeNy6ybJIbjn_Dp34pS_jLXyXKQFpurx4k8H0W6UwJacALlafBW-FlODSVpFC35gh7egBpDz01GnAqnf8PoIy_MyvVMCLThKGAWS28TDSefiS3lz21voDxQgv4Z1isS17sh7pR_pg0wb7gyB2NP5udObQgw_57H_70tCXpZYEalCzq6Pxd-l1RwEZGx1UTli0JeQeZbKmZgQZAtNfSi2CR-ZKqvKplHDv0eiiQ5cVKsw",
    ),
];
